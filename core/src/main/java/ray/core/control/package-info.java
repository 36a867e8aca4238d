/** The control service's core: jobs, the directory of actors and their names, nodes. */
@NullMarked
package ray.core.control;

import org.jspecify.annotations.NullMarked;
