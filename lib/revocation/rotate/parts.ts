import type { CredentialKind } from "../../rotation/ledger/target.ts";
import type { RotationParts } from "../../rotation/parts.ts";
import type { RotationService } from "../../rotation/ports.ts";
import type { IncidentParts } from "../parts.ts";
import type { ResponderTenant } from "../ports.ts";

/** Where the configuration says that an application's credential is stored. */
export interface ConfiguredSecret {
  /** The secret's name in Secrets Manager. */
  secret: string;
  kind: CredentialKind;
}

/**
 * Everything that replacing what leaked, and proving it, works with: the rotator's login and the vault. Who has these
 * has not the responder's.
 */
export interface RotateParts extends Pick<IncidentParts, "settings" | "table" | "clock" | "deadline" | "signal"> {
  rotation: RotationParts;
  /** Makes the secret of an application that nobody manages. */
  service: Pick<RotationService, "createManaged">;
  /** Undefined where the configuration names no secret of the application. */
  configured(clientId: string): ConfiguredSecret | undefined;
  /** Asks the token endpoint as the application would. */
  tokenFor: ResponderTenant["tokenFor"];
}
