using System.Security.Cryptography;
using System.Text;

namespace Sluice.Silo.Storage.Migrations;

/// <summary>One step of the schema. Once released it never changes; a mistake is mended by the next step.</summary>
/// <param name="Number">Counts the steps; 1 or more, without gaps.</param>
/// <param name="Name">What the step does, in a few words joined by '-'.</param>
/// <param name="PostgreSql">Its statements for PostgreSQL, each allowed inside a transaction.</param>
/// <param name="Sqlite">Its statements for SQLite.</param>
internal sealed record Migration(int Number, string Name, string PostgreSql, string Sqlite)
{
    /// <summary>
    /// SHA-256 of a text, in hexadecimal, the same whatever line ends the sources were checked out with.
    /// </summary>
    public static string ChecksumOf(string text) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(text.Replace("\r\n", "\n", StringComparison.Ordinal))));
}
