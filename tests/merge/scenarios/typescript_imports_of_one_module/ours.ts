import { a } from "a";
import { useState } from "react";

export const x = a;
