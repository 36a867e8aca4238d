package ray.processes;

import java.util.List;

/**
 * What was found by asking all processes of a node.
 *
 * @param entries what they listed, what matters most first
 * @param total how many there are, listed or not
 * @param notes who did not answer, a sentence each
 */
public record Found<T>(List<T> entries, long total, List<String> notes) {
  /** Copies. */
  public Found {
    entries = List.copyOf(entries);
    notes = List.copyOf(notes);
  }
}
