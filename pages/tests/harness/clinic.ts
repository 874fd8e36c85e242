import type { Engine } from "./engine";

export const clinic = "sakura";

/** A clinic with one doctor (`dr-mori`), patients `p1`… and their visits `v1`…, `minutes` from now each. */
export async function makeClinic(engine: Engine, visits: { minutes: number; name?: string; menu?: string }[]): Promise<void> {
  await engine.put(clinic, { name: "さくら内科クリニック", phone: "03-0000-0000", address: "東京都千代田区さくら町1-2-3" });
  await engine.put(`${clinic}/doctors/dr-mori`, { name: "森　恵子", registered_year: 2008 });
  let number = 0;
  for (const visit of visits) {
    number += 1;
    await engine.put(`${clinic}/patients/p${number}`, {
      name: visit.name ?? `予約　花子${number}`,
      kana: "ヨヤク　ハナコ",
      chart_number: String(10_000 + number),
      card_registered: number % 2 === 1,
    });
    await engine.put(`${clinic}/appointments/v${number}`, {
      starts_at: new Date(Date.now() + visit.minutes * 60_000).toISOString(),
      duration_min: 15,
      menu: visit.menu ?? "オンライン診療再診",
      patients: [`p${number}`],
      doctors: ["dr-mori"],
    });
  }
}
