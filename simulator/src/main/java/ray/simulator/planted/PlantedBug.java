package ray.simulator.planted;

import java.util.Set;
import ray.simulator.Rule;

/**
 * A bug that is planted in a core, to see whether the simulator finds it.
 *
 * @param name by which it is asked for
 * @param breaks what is wrong then, in a sentence
 * @param source the file that is changed, below {@code ray/core}
 * @param text what stands there, exactly once
 * @param replacement what stands there instead
 * @param workload the workload whose seeds are run
 * @param rules the rules of which one is broken
 */
public record PlantedBug(
    String name,
    String breaks,
    String source,
    String text,
    String replacement,
    String workload,
    Set<Rule> rules) {

  /** The same with the seeds of another workload. */
  PlantedBug in(String other) {
    return new PlantedBug(name, breaks, source, text, replacement, other, rules);
  }

  /** The source with the bug in it. */
  String plantedIn(String original) {
    int at = original.indexOf(text);
    if (at < 0) {
      throw new PlantingException(
          "planted bug '" + name + "': " + source + " has nowhere the text\n" + text);
    }
    if (original.indexOf(text, at + 1) >= 0) {
      throw new PlantingException(
          "planted bug '" + name + "': " + source + " has more than once the text\n" + text);
    }
    return original.substring(0, at) + replacement + original.substring(at + text.length());
  }
}
