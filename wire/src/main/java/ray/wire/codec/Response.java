package ray.wire.codec;

import org.jspecify.annotations.Nullable;

/**
 * The answer to a {@link Request}.
 *
 * @param id the question's
 * @param failure why there is no answer; else null
 * @param payload the answer, as the question's kind has it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Response(long id, @Nullable String failure, byte[] payload) {}
