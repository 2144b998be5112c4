using System.Text;
using Sluice.Rules.Audit;
using Sluice.Rules.Tokens;

namespace Sluice.Cli.Audit;

/// <summary>Signed checkpoints, as they are kept at a second place or exported.</summary>
internal static class CheckpointFile
{
    /// <summary>The records that were signed for; or what is wrong, for people.</summary>
    /// <param name="reader">The lines; one that stands twice in a row counts once.</param>
    /// <param name="keySet">The keys that are trusted, as a JSON Web Key Set.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<(IReadOnlyDictionary<long, string>? Signed, string? Sentence)> ReadAsync(
        TextReader reader, string keySet, CancellationToken cancellationToken)
    {
        if (PublicKeySet.TryParse(Encoding.UTF8.GetBytes(keySet)) is not { Keys.Length: > 0 } keys)
        {
            return (null, "The file of keys is no JSON Web Key Set with a key that can be used.");
        }

        var verification = new CheckpointVerification(keys);
        var (number, before) = (0L, "");
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            number++;
            if (line == before)
            {
                continue; // It was sent again.
            }

            before = line;
            if (verification.Next(line) is var fault and not CheckpointFault.None)
            {
                return (null, $"Line {number} of the checkpoints: {Describe(fault)}");
            }
        }

        return (verification.Hashes, null);
    }

    private static string Describe(CheckpointFault fault) => fault switch
    {
        CheckpointFault.NotSigned => "none of the keys has signed it, or it was changed since.",
        CheckpointFault.OutOfSequence => "it is not the next one: checkpoints were taken out, put in or moved.",
        CheckpointFault.OtherBefore => "the one before it is another than when it was signed.",
        _ => "it says of a record something else than another checkpoint.",
    };
}
