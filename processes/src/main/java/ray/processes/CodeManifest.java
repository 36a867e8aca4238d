package ray.processes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ray.wire.codec.ProtoWriter;

/**
 * A job's class path as the node has it: workers open what is there in place.
 *
 * @param generation how often the program has offered its code anew
 * @param elements in the order in which classes are looked for in them; none if the program has to
 *     be asked for everything
 */
record CodeManifest(int generation, List<Element> elements) implements Payload {
  /** Nothing of a job's code is on the node. */
  static CodeManifest none(int generation) {
    return new CodeManifest(generation, List.of());
  }

  /**
   * An element.
   *
   * @param path where the program has it
   * @param hash its content's; empty if the node does not have that
   * @param isFolder whether it was a folder
   */
  record Element(String path, String hash, boolean isFolder) implements Payload {
    boolean isHere() {
      return !hash.isEmpty();
    }

    @Override
    public void write(ProtoWriter out) {
      out.string(1, path);
      out.string(2, hash);
      out.bool(3, isFolder);
    }

    static Element read(byte[] bytes) throws IOException {
      Fields fields = Fields.read(bytes);
      return new Element(fields.text(1), fields.text(2), fields.flag(3));
    }
  }

  @Override
  public void write(ProtoWriter out) {
    elements.forEach(element -> element.writeAs(1, out));
    out.varint(2, generation);
  }

  static CodeManifest read(byte[] bytes) throws IOException {
    Fields fields = Fields.read(bytes);
    List<Element> elements = new ArrayList<>();
    for (byte[] each : fields.contents(1)) {
      elements.add(Element.read(each));
    }
    return new CodeManifest((int) fields.number(2), elements);
  }
}
