import type { JSX } from "preact";
import { Icon } from "../shared/icons";
import { problemText } from "../shared/problem_text";
import { allowChime } from "../visit/chime";
import { keptContact } from "../visit/clinic_contact";
import { ExpiryNotice } from "../visit/expiry_notice";
import { InAppNotice } from "../visit/in_app_notice";
import { LoadingPage } from "../visit/loading_page";
import { PageFrame } from "../visit/page_frame";
import { StoppedPage } from "../visit/stopped_page";
import type { StopReason } from "../visit/visit_screen";
import { VisitScreens } from "../visit/visit_screens";
import { MyPage } from "./my_page";
import type { PatientModel } from "./patient_model";
import { patientTexts } from "./texts";

export function PatientApp({ patient }: { patient: PatientModel }): JSX.Element {
  const model = patient.visit.value;
  const { clinic, session } = patient;
  const home = (
    <button type="button" class="button wide" onClick={() => patient.goHome()}>
      {patientTexts().home}
    </button>
  );
  const several = patient.visits.value.length > 1;
  if (model !== undefined && !patient.atHome.value) {
    return (
      <VisitScreens
        key={model.room}
        model={model}
        clinic={clinic}
        guest={false}
        expires_at={session.claims.exp}
        start={<Home patient={patient} />}
        home={several ? home : undefined}
      />
    );
  }
  return <HomeInFrame patient={patient} />;
}

/** My page while no visit has a line of its own. */
function HomeInFrame({ patient }: { patient: PatientModel }): JSX.Element {
  const contact = keptContact(patient.clinic);
  const listed = patient.listed.value;
  const stopped = listed.state === "failed" ? stopReasons[listed.code] : undefined;
  return (
    <PageFrame contact={contact}>
      {stopped !== undefined ? (
        <StoppedPage reason={stopped} contact={contact} />
      ) : listed.state === "loading" ? (
        <LoadingPage />
      ) : (
        <div class="stack">
          <ExpiryNotice expires_at={patient.session.claims.exp} />
          <Home patient={patient} />
        </div>
      )}
    </PageFrame>
  );
}

const stopReasons: Partial<Record<string, StopReason>> = {
  unauthenticated: "invalid",
  token_expired: "expired",
  revoked: "revoked",
  forbidden: "foreign",
};

function Home({ patient }: { patient: PatientModel }): JSX.Element {
  const listed = patient.listed.value;
  const visits = patient.visits.value;
  const notices = (
    <>
      <InAppNotice address={location.href} />
      {listed.state === "failed" && (visits.length === 0 || listed.code === "unreachable") && (
        <p class="notice doubt" role="status">
          <Icon name="warning" />
          {visits.length === 0 ? problemText(listed.code) : patientTexts().listFailed}
        </p>
      )}
    </>
  );
  return (
    <MyPage
      name={patient.session.claims.name}
      me={patient.session.claims.sub}
      contact={keptContact(patient.clinic)}
      visits={visits}
      notices={notices}
      onStart={(room) => {
        allowChime();
        patient.start(room);
      }}
    />
  );
}
