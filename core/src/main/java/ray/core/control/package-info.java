/** The control service's state: nodes, and the directory of actors. */
@NullMarked
package ray.core.control;

import org.jspecify.annotations.NullMarked;
