@NullMarked
package ray.runtime;

import org.jspecify.annotations.NullMarked;
