import { eventsOf, eventsOfCalibrating, type NoteRequests } from "../history/own-requests.ts";
import type { RotationTenant } from "./ports.ts";

/** The same, but each question about a credential is noted before it is asked: see {@link NoteRequests}. */
export const notingTenant = <Asked extends Pick<RotationTenant, "calibrate" | "probe" | "obtainToken">>(
  tenant: Asked,
  note: NoteRequests,
): Asked => ({
  ...tenant,
  calibrate: async (login) => {
    await note(eventsOfCalibrating(login));
    return tenant.calibrate(login);
  },
  probe: async (login, endpoint) => {
    if (endpoint === "token") await note(eventsOf(login));
    return tenant.probe(login, endpoint);
  },
  obtainToken: async (login) => {
    await note(eventsOf(login));
    return tenant.obtainToken(login);
  },
});
