/**
 * How values leave the heap of one owner and arrive in that of another: what may be shared as it
 * is, how everything else becomes bytes, and how functions carry what they capture.
 *
 * <p>{@link ray.runtime.serialization.ValueSerializers} is the entry point. The package knows
 * nothing of the rest of the runtime; what it needs from there (handles, views, surrogates) comes
 * in through small interfaces.
 */
@NullMarked
package ray.runtime.serialization;

import org.jspecify.annotations.NullMarked;
