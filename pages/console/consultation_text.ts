import { catalogue } from "../shared/language";

export const consultationText = catalogue(
  { heading: "診察", loading: "診察画面を準備しています", again: "もう一度試す" },
  { heading: "Consultation", loading: "Preparing the consultation", again: "Try again" },
);
