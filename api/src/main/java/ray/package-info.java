/** Ray's programming model: what programs import. Start at {@link ray.Ray}. */
@NullMarked
package ray;

import org.jspecify.annotations.NullMarked;
