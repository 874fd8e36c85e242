import type { EventName } from "../client";

// The month's statement as GET /v1/clinics/{clinic}/usage answers it (docs/openapi.yaml, `statement`).

export interface Source {
  position: { epoch: number; seq: number };
  at: string;
  counts_from: string;
  kind: EventName;
  person?: string;
}

/** Doctor and patient were in the room, and this one of them sent no video. */
export interface AudioOnlyStretch {
  person: string;
  from: string;
  until: string;
}

export interface StatementLine {
  room: string;
  revision: number;
  is_correction: boolean;
  is_test: boolean;
  usage_date: string;
  billing_month: string;
  doctor_in_room_ms: number;
  units: number;
  additional_participants: number;
  base_yen: number;
  additional_yen: number;
  total_yen_ex_tax: number;
  doctors: string[];
  patients: string[];
  audio_only: AudioOnlyStretch[];
  sources: Source[];
}

export interface OpenConsultation {
  room: string;
  usage_date: string;
  doctors: string[];
  patients: string[];
  is_test: boolean;
}

export interface Statement {
  month: string;
  lines: StatementLine[];
  open: OpenConsultation[];
  base_yen: number;
  additional_yen: number;
  total_yen_ex_tax: number;
  tax_percent: number;
  tax_yen: number;
  total_yen: number;
}
