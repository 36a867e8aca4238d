/** What connects the API to a runtime. Programs do not use it. */
@NullMarked
package ray.spi;

import org.jspecify.annotations.NullMarked;
