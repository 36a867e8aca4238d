@NullMarked
package ray.arrow;

import org.jspecify.annotations.NullMarked;
