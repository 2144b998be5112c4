namespace Sluice.Standalone;

/// <summary>What the command line says.</summary>
/// <param name="Port">Port of the edge; 0 is any free one.</param>
/// <param name="AdminPort">Port of the admin API; 0 is any free one.</param>
/// <param name="DataFolder">Absolute path of the data folder.</param>
/// <param name="ConfigFile">The configuration file; null for the one in the data folder, if there is one.</param>
/// <param name="Pool">A real pool; null for the simulated one or for those of the configuration file.</param>
/// <param name="PoolKeyFile">The file with its key; null when it wants none.</param>
internal sealed record StandaloneOptions(
    int Port, int AdminPort, string DataFolder, string? ConfigFile, string? Pool, string? PoolKeyFile);
