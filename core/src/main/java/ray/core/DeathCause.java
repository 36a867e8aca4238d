package ray.core;

/** Why a process is gone, as far as the retries of what ran there are concerned. */
public enum DeathCause {
  /** It has ended, or can't be reached. */
  LOST,

  /**
   * Its node ended it because memory ran short, to make room for others, which took as much or
   * more. As what ran there is not to blame, it loses no retry.
   */
  MADE_ROOM,

  /** Its node ended it because memory ran short, most of which it took itself. */
  OUT_OF_MEMORY,

  /**
   * Its node ended it because a task that was cancelled by force went on there. What else ran there
   * is not to blame, and loses no retry.
   */
  FORCED
}
