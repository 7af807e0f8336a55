import { createTheme, type MantineColorsTuple } from "@mantine/core";

const velvet: MantineColorsTuple = [
  "#fdeff3",
  "#f5dae1",
  "#ecb0c0",
  "#e3849d",
  "#dc5f80",
  "#cf4169",
  "#b93459",
  "#9c2f4f",
  "#802440",
  "#651831",
];

export const theme = createTheme({
  primaryColor: "velvet",
  primaryShade: { light: 7, dark: 5 },
  colors: { velvet },
  defaultRadius: "md",
  fontFamily: "'Inter', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  headings: {
    fontFamily: "'Iowan Old Style', 'Palatino Linotype', Palatino, 'URW Palladio L', Georgia, serif",
    fontWeight: "600",
  },
});
