package ray.simulator.coverage;

import java.util.List;
import java.util.Map;

/**
 * What seeds have reached of the cores.
 *
 * @param events how many kinds of messages the cores handle and calls their shells may make
 * @param unreachedEvents which of them did not happen, and nothing explains it
 * @param branches of each core, how many there are and how many were taken
 * @param unreached lines and branches that were not reached, and nothing explains it
 * @param explained how many gaps are explained
 * @param unneeded explanations of what was reached
 */
public record Report(
    int events,
    List<String> unreachedEvents,
    Map<String, Branches> branches,
    List<Gap> unreached,
    int explained,
    List<String> unneeded) {
  /** How many branches there are, and how many were taken. */
  public record Branches(int all, int taken) {}
}
