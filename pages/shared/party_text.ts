import type { DeviceCheck, Party } from "../client";
import { catalogue } from "./language";

const parties = catalogue(
  { doctor: "医師", patient: "患者様", family: "ご家族", nurse: "看護師", specialist: "専門医", interpreter: "通訳" },
  { doctor: "Doctor", patient: "Patient", family: "Family", nurse: "Nurse", specialist: "Specialist", interpreter: "Interpreter" },
);

export function partyText(party: Party): string {
  return parties()[party];
}

const checks = catalogue(
  { passed: "良好", failed: "不良", refused: "許可なし", missing: "なし", skipped: "未確認" },
  { passed: "OK", failed: "Failed", refused: "Not allowed", missing: "None", skipped: "Not tested" },
);

export function checkText(check: DeviceCheck): string {
  return checks()[check];
}
