/**
 * The shapes of functions that can be called remotely; programs pass method references and lambdas.
 */
@NullMarked
package ray.function;

import org.jspecify.annotations.NullMarked;
