import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { PatientView } from "../client";
import type { Session } from "../shared/session";
import { attend } from "../visit/attend";
import { keepIn, keptIn, ofTab } from "../visit/storage";
import { VisitModel } from "../visit/visit_model";
import { MyVisits, type Listed } from "./my_visits";
import { visitList } from "./visit_list";

/** The patient's page: the appointments, and the one that is looked at. */
export class PatientModel {
  readonly visit = signal<VisitModel | undefined>(undefined);
  /** Went back to my page from a visit that is over. */
  readonly atHome = signal(false);
  readonly listed: ReadonlySignal<Listed>;
  readonly visits: ReadonlySignal<PatientView[]>;
  private readonly mine: MyVisits;
  private stopAttending: (() => void) | undefined;

  constructor(
    readonly session: Session,
    readonly clinic: string,
    private readonly device: string,
  ) {
    this.mine = new MyVisits(clinic, session.token);
    this.listed = this.mine.listed;
    this.visits = computed(() => {
      const listed = this.listed.value;
      return visitList(listed.state === "known" ? listed.visits.visits : [], this.visit.value?.visit.value);
    });
    void this.mine.read();
    const room = session.claims.room ?? keptIn(ofTab, this.roomKey());
    if (room !== null) this.open(room);
  }

  /** 「オンライン診療開始」 of one of the appointments. */
  start(room: string): void {
    if (this.visit.value?.room !== room) this.open(room);
    this.atHome.value = false;
    this.visit.value?.start();
  }

  goHome(): void {
    this.atHome.value = true;
    void this.mine.read();
  }

  private open(room: string): void {
    this.stopAttending?.();
    this.visit.value?.close();
    keepIn(ofTab, this.roomKey(), room);
    const { session, clinic, device } = this;
    const model = new VisitModel({ session, clinic, room, device, firstStep: "start" });
    this.visit.value = model;
    this.stopAttending = attend(model);
  }

  private roomKey(): string {
    return `machiai.room:${this.clinic}/${this.session.claims.sub}`;
  }
}
