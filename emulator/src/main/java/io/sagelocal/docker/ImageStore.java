package io.sagelocal.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.ListImagesCmd;
import com.github.dockerjava.api.command.PullImageCmd;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Image;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.ResponseItem;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.ImageNotFoundException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** The images on this machine, and how others come here. */
final class ImageStore {
  private final Daemon daemon;

  ImageStore(Daemon daemon) {
    this.daemon = daemon;
  }

  boolean has(String image) {
    try {
      daemon.ask(client -> client.inspectImageCmd(image).exec());
      return true;
    } catch (NotFoundException e) {
      return false;
    } catch (DockerException e) {
      throw Reasons.refused("looking for image " + image, e);
    }
  }

  /** Pulls with the login that Docker's config.json holds for the registry, if any. */
  void pull(String image) {
    AtomicReference<String> reason = new AtomicReference<>("the pull ended without it");
    try {
      daemon.stream(
          client -> {
            PullImageCmd pull = client.pullImageCmd(image);
            return isTagged(image) ? pull : pull.withTag("latest"); // else every tag would come
          },
          new Answer<PullResponseItem>() {
            @Override
            void take(PullResponseItem item) {
              ResponseItem.ErrorDetail error = item.getErrorDetail();
              if (error != null && error.getMessage() != null) {
                reason.set(error.getMessage());
              }
            }
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException("the pull of " + image + " was interrupted", e);
    } catch (DockerException e) {
      throw new ImageNotFoundException(image, Reasons.of(e));
    }
    if (!has(image)) {
      throw new ImageNotFoundException(image, reason.get());
    }
  }

  /** Images that a container can be made of without a pull, ours first, then the small ones. */
  List<String> names() {
    return tags(client -> client.listImagesCmd()).stream()
        .sorted(Comparator.comparing((String tag) -> !tag.startsWith("sagelocal/")))
        .toList();
  }

  /** Images with such a label, the small ones first. */
  List<String> labelled(String label) {
    return tags(client -> client.listImagesCmd().withLabelFilter(label));
  }

  /**
   * Takes a name away, and what it alone had.
   *
   * @throws EngineException when a container uses it
   */
  void remove(String image) {
    try {
      daemon.ask(client -> client.removeImageCmd(image).exec());
    } catch (NotFoundException e) {
      return; // gone: what was asked for
    } catch (DockerException e) {
      throw Reasons.refused("removing image " + image, e);
    }
  }

  private List<String> tags(Function<DockerClient, ListImagesCmd> question) {
    List<Image> images;
    try {
      images = daemon.ask(client -> question.apply(client).exec());
    } catch (DockerException e) {
      throw Reasons.refused("listing images", e);
    }
    return images.stream()
        .filter(image -> image.getRepoTags() != null)
        .sorted(Comparator.comparing(Image::getSize))
        .flatMap(image -> Arrays.stream(image.getRepoTags()))
        .filter(tag -> !tag.startsWith("<none>"))
        .toList();
  }

  static boolean isTagged(String image) {
    return image.indexOf('@') >= 0 || image.indexOf(':', image.lastIndexOf('/') + 1) >= 0;
  }
}
