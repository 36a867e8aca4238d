package ray;

import java.util.Map;

/**
 * One node of the cluster.
 *
 * @param id the node's id
 * @param alive whether it answers
 * @param total what it has
 * @param available what is free now
 * @param labels its labels
 * @param objectStoreBytes the size of its object store
 * @param objectStoreUsedBytes how much of that is used
 */
public record NodeInfo(
    String id,
    boolean alive,
    Resources total,
    Resources available,
    Map<String, String> labels,
    long objectStoreBytes,
    long objectStoreUsedBytes) {}
