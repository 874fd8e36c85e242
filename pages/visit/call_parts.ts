import { lazyPart } from "./lazy_part";

/** Both are only needed once a visit begins, and the call is by far the largest part of the page. */
export const deviceTest = lazyPart(async () => (await import("../call/device_test")).DeviceTest);
export const consultation = lazyPart(async () => (await import("../call/consultation")).Consultation);
