package ray;

import java.util.List;

/**
 * What became of a program's workers that were told to end.
 *
 * @param ended how many processes are gone
 * @param staying ids of those that live on, without any new task, until what they own or hold for
 *     others is not needed any more
 */
public record EndedWorkers(int ended, List<String> staying) {
  /** Copies. */
  public EndedWorkers {
    staying = List.copyOf(staying);
  }
}
