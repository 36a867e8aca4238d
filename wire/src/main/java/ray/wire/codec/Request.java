package ray.wire.codec;

/**
 * A question of one process to another, beside the protocol of the cores.
 *
 * @param id by which the asker knows the answer
 * @param kind what is asked
 * @param payload the question, as its kind has it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Request(long id, int kind, byte[] payload) {}
