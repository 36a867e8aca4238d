/** The node service's account of its resources: leases, who waits for one, who waits to go on. */
@NullMarked
package ray.core.node;

import org.jspecify.annotations.NullMarked;
