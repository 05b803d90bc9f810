/** The state machine, as whoever starts incidents and answers what they ask needs it. */
export interface IncidentExecutions {
  /**
   * Starts the machine for an incident; where it runs already, that is the same. Where it has run and ended, it is
   * started once more: the incident goes on where it stands.
   */
  start(incident: { id: string; tenant: string }): Promise<void>;
  /**
   * Says to a task that waits that there is an answer; what it is the table has.
   *
   * @returns false when nothing waits for it any more
   */
  complete(taskToken: string, decision: "approve" | "reject"): Promise<boolean>;
}
