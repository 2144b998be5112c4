using System.Data.Common;

namespace Sluice.Simulation.Database;

/// <summary>What a database that cannot be used says; whether it has done what was asked is not known.</summary>
internal sealed class DatabaseTroubleException(string message) : DbException(message);
