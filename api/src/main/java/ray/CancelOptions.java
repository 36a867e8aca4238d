package ray;

/**
 * How a task is cancelled.
 *
 * @param recursive whether the tasks that it submitted, and those that it submits after that, are
 *     cancelled too, in the same way
 * @param force whether the worker process in which it runs is ended if the task goes on for half a
 *     second after its interrupt. It takes with it what else is in that process: tasks that run
 *     there are run again, without losing a retry, and those without any fail; actors there restart
 *     as far as they may; and objects that were made there by {@code put} are lost. So what may
 *     have to be cancelled by force is best run {@link RemoteFunction#isolated() isolated}.
 */
public record CancelOptions(boolean recursive, boolean force) {
  /** The task alone, and not by force. */
  public static final CancelOptions DEFAULT = new CancelOptions(false, false);

  /** The same, whether recursive or not. */
  public CancelOptions withRecursive(boolean changed) {
    return new CancelOptions(changed, force);
  }

  /** The same, by force or not. */
  public CancelOptions withForce(boolean changed) {
    return new CancelOptions(recursive, changed);
  }
}
