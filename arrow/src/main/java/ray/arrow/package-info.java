/** Arrow's vectors as values of Ray: put by one copy, read in place. */
@NullMarked
package ray.arrow;

import org.jspecify.annotations.NullMarked;
