/** The shell of the node service. */
@NullMarked
package ray.node;

import org.jspecify.annotations.NullMarked;
