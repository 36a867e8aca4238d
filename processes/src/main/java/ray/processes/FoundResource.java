package ray.processes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;
import ray.wire.codec.ProtoWriter;

/**
 * A class or another resource of a job's code.
 *
 * @param content its bytes
 * @param path the jar or the folder that the program has it from; empty if it is in memory alone
 * @param about what the jar's manifest says of its package, as {@link #ABOUT} lists it; may be
 *     empty
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record FoundResource(byte[] content, String path, List<String> about) implements Payload {
  /** What a package is told of itself, in this order; what is not said is empty. */
  static final List<Attributes.Name> ABOUT =
      List.of(
          Attributes.Name.SPECIFICATION_TITLE,
          Attributes.Name.SPECIFICATION_VERSION,
          Attributes.Name.SPECIFICATION_VENDOR,
          Attributes.Name.IMPLEMENTATION_TITLE,
          Attributes.Name.IMPLEMENTATION_VERSION,
          Attributes.Name.IMPLEMENTATION_VENDOR,
          Attributes.Name.SEALED);

  /** What a manifest says of the package of a resource; empty if nothing. */
  static List<String> about(@Nullable Manifest manifest, String name) {
    int folder = name.lastIndexOf('/') + 1;
    if (manifest == null || folder == 0 || !name.endsWith(".class")) {
      return List.of();
    }
    Attributes own = manifest.getAttributes(name.substring(0, folder));
    List<String> about = new ArrayList<>();
    boolean any = false;
    for (Attributes.Name each : ABOUT) {
      String text = own == null ? null : own.getValue(each);
      if (text == null) {
        text = manifest.getMainAttributes().getValue(each);
      }
      any |= text != null;
      about.add(text == null ? "" : text);
    }
    return any ? about : List.of();
  }

  @Override
  public void write(ProtoWriter out) {
    out.bytes(1, content);
    out.string(2, path);
    about.forEach(text -> out.presentString(3, text));
  }

  static FoundResource read(byte[] bytes) throws IOException {
    Fields fields = Fields.read(bytes);
    return new FoundResource(fields.content(1), fields.text(2), fields.texts(3));
  }

  /**
   * The answer to who looks for a name.
   *
   * @param found what is there, in the order of the class path; one at most unless all were wanted
   * @param lookedIn where nothing was found, in words
   */
  record Answer(List<FoundResource> found, String lookedIn) implements Payload {
    @Override
    public void write(ProtoWriter out) {
      found.forEach(each -> each.writeAs(1, out));
      out.string(2, lookedIn);
    }

    static Answer read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      List<FoundResource> found = new ArrayList<>();
      for (byte[] each : fields.contents(1)) {
        found.add(FoundResource.read(each));
      }
      return new Answer(found, fields.text(2));
    }
  }
}
