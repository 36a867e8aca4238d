package ray.simulator;

import java.util.List;

/**
 * A seed that broke a rule.
 *
 * @param seed the seed
 * @param workload the name of its workload
 * @param nodes the number of nodes that was asked for; 0 if the seed decided
 * @param rule what was broken
 * @param what how
 * @param setting the smallest setting found that breaks it, in words
 * @param trace what happens in it
 */
public record Failure(
    long seed,
    String workload,
    int nodes,
    Rule rule,
    String what,
    String setting,
    List<String> trace) {}
