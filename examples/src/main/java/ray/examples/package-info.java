/** Programs that people would write. */
@NullMarked
package ray.examples;

import org.jspecify.annotations.NullMarked;
