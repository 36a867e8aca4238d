package ray.docs;

import java.nio.file.Path;

/**
 * One fenced block of a document.
 *
 * @param file the document
 * @param line the line of its fence, from 1
 * @param section the heading that it stands under
 * @param info what follows the opening fence: the language, and how the block is run
 * @param text its lines
 */
record Block(Path file, int line, String section, String info, String text) {

  /** Where it stands, as editors and terminals link it. */
  String place() {
    return file + ":" + line;
  }
}
