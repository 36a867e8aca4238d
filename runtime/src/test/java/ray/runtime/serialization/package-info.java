@NullMarked
package ray.runtime.serialization;

import org.jspecify.annotations.NullMarked;
