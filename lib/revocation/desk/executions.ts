/** The state machine, as whoever starts incidents and answers what they ask needs it. */
export interface IncidentExecutions {
  /**
   * Starts the machine for an incident; where it runs already, that is the same. Where it has run and ended, it is
   * started once more: the incident goes on where it stands.
   */
  start(incident: { id: string; tenant: string }): Promise<void>;
  /**
   * Has a key detached that was named while the incident was open: the execution that watches may wait for hours. Once
   * for each time that one was named.
   *
   * @param count which such time it was
   */
  startBeside(incident: { id: string; tenant: string }, count: number): Promise<void>;
  /**
   * Says to a task that waits that there is an answer; what it is the table has.
   *
   * @returns false when nothing waits for it any more
   */
  complete(taskToken: string, decision: "approve" | "reject"): Promise<boolean>;
}
