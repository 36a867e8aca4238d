/** Ray inside one JVM. */
@NullMarked
package ray.embedded;

import org.jspecify.annotations.NullMarked;
