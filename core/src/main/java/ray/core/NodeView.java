package ray.core;

import java.util.Map;
import ray.Resources;

/**
 * What others know of a node.
 *
 * @param id the node
 * @param total what it has
 * @param available what was free when it last said so
 * @param labels its labels
 */
public record NodeView(long id, Resources total, Resources available, Map<String, String> labels) {}
