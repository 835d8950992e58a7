/** Style sheets are bundled beside the module that imports them, and have no exports. */
declare module "*.css";
