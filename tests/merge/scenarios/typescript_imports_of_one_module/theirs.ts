import { a } from "a";
import { useEffect } from "react";

export const x = a;
