/** The node service's core: the machine's resources, the leases on them, and the queue for them. */
@NullMarked
package ray.core.node;

import org.jspecify.annotations.NullMarked;
