package ray.arrow;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import ray.RayOptions;
import ray.ValueSerializer;

/**
 * Lets the tables of Apache Arrow, {@link VectorSchemaRoot}, be put, passed to tasks and returned:
 *
 * <pre>{@code
 * Ray.init(ArrowValues.in(RayOptions.defaults()));
 * ObjectRef<VectorSchemaRoot> ref = Ray.put(table);
 * try (VectorSchemaRoot same = ref.get()) { ... }
 * }</pre>
 *
 * <p>A table's buffers are copied once, into the object store. What is read is a table whose large
 * buffers lie in the store, whoever has put them: no byte of them is copied, and they stay for as
 * long as a buffer of the table is open or the table is reachable. It must not be written to, as
 * other processes read the same bytes; close it as any other table. A single vector travels in a
 * table of one column.
 *
 * <p>Arrow needs {@code --add-opens=java.base/java.nio=ALL-UNNAMED} wherever it runs: start the
 * program with it, and give it to tasks and actors by {@code jvmOptions}. Which module for memory
 * it uses, and which version of Arrow, is the program's choice.
 */
public final class ArrowValues {
  private ArrowValues() {}

  /** The options with Arrow's tables among the values that travel. */
  public static RayOptions in(RayOptions options) {
    return options.serializer(VectorSchemaRoot.class, new Tables());
  }

  /** Of what is read in this process; holds nothing when every table is closed. */
  private static final class Allocator {
    static final BufferAllocator INSTANCE = new RootAllocator();
  }

  /** What travels in place of a table: its buffers stay where they are until they are copied. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Batch(byte[] schema, int rows, long[] nodes, List<MemorySegment> buffers) {}

  private static final class Tables implements ValueSerializer<VectorSchemaRoot> {
    @Override
    public Object replace(VectorSchemaRoot table) {
      // The batch holds the table's own buffers, which the table goes on to hold.
      try (ArrowRecordBatch batch = new VectorUnloader(table).getRecordBatch()) {
        long[] nodes = new long[2 * batch.getNodes().size()];
        int at = 0;
        for (ArrowFieldNode node : batch.getNodes()) {
          nodes[at++] = node.getLength();
          nodes[at++] = node.getNullCount();
        }
        List<MemorySegment> buffers = new ArrayList<>();
        for (ArrowBuf buffer : batch.getBuffers()) {
          buffers.add(segment(buffer));
        }
        return new Batch(table.getSchema().serializeAsMessage(), batch.getLength(), nodes, buffers);
      }
    }

    @Override
    public VectorSchemaRoot restore(@Nullable Object surrogate) {
      Batch batch = (Batch) Objects.requireNonNull(surrogate);
      Schema schema = Schema.deserializeMessage(ByteBuffer.wrap(batch.schema()));
      List<ArrowFieldNode> nodes = new ArrayList<>();
      for (int i = 0; i < batch.nodes().length; i += 2) {
        nodes.add(new ArrowFieldNode(batch.nodes()[i], batch.nodes()[i + 1]));
      }
      List<ArrowBuf> buffers = new ArrayList<>();
      VectorSchemaRoot table = VectorSchemaRoot.create(schema, Allocator.INSTANCE);
      try {
        batch.buffers().forEach(each -> buffers.add(StoredBuffer.of(each, Allocator.INSTANCE)));
        try (ArrowRecordBatch read = new ArrowRecordBatch(batch.rows(), nodes, buffers)) {
          new VectorLoader(table, NoCompressionCodec.Factory.INSTANCE).load(read);
        }
        return table;
      } catch (RuntimeException | Error e) {
        table.close();
        throw e;
      } finally {
        buffers.forEach(ArrowBuf::close); // the table holds them now
      }
    }

    private static MemorySegment segment(ArrowBuf buffer) {
      long size = buffer.readableBytes();
      if (size > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "a buffer of an Arrow table has "
                + size
                + " bytes, more than 2 GiB: split the table into several");
      }
      return size == 0
          ? MemorySegment.ofArray(new byte[0])
          : MemorySegment.ofBuffer(buffer.nioBuffer(buffer.readerIndex(), (int) size));
    }
  }
}
