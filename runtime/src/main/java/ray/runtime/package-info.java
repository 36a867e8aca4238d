/** The shells of driver and worker. */
@NullMarked
package ray.runtime;

import org.jspecify.annotations.NullMarked;
