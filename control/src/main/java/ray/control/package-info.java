/** The shell of the control service. */
@NullMarked
package ray.control;

import org.jspecify.annotations.NullMarked;
