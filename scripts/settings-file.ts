/** The settings of the client that `npm start` ran last, below the working directory. */
export const settingsFile = "logs/analyze.env";
