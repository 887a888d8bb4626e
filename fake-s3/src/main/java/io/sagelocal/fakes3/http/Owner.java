package io.sagelocal.fakes3.http;

/** Who owns everything in the store. */
final class Owner {
  private static final String ID =
      "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a";

  private Owner() {}

  static void write(Xml xml, String element) {
    xml.within(element, owner -> owner.element("ID", ID).element("DisplayName", "local"));
  }

  /** The access control list that everything has. */
  static Xml acl() {
    return Xml.of(
        "AccessControlPolicy",
        xml -> {
          write(xml, "Owner");
          xml.within(
              "AccessControlList",
              list ->
                  list.within(
                      "Grant",
                      grant -> grant.grantee(ID, "local").element("Permission", "FULL_CONTROL")));
        });
  }
}
