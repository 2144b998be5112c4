using System.Security.Cryptography;
using Sluice.Rules.Safekeeping;
using Xunit;

namespace Sluice.Unit.Rules.Safekeeping;

/// <summary>A part of a backup is whole and in order, or does not open.</summary>
public sealed class BackupCipherTests
{
    private static readonly byte[] BackupKey = [.. Enumerable.Range(0, 32).Select(one => (byte)one)];

    private static readonly byte[] Plain = "rows of a table"u8.ToArray();

    [Fact]
    public void A_chunk_opens_under_its_number_as_what_it_was()
    {
        using var key = KeyOf("grain_state");
        var opened = new byte[Plain.Length];

        Assert.True(BackupCipher.TryOpen(key, 3, isLast: false, Seal(key, 3, isLast: false), opened));
        Assert.Equal(Plain, opened);
    }

    [Theory]
    [InlineData(4, false, "grain_state")]
    [InlineData(3, true, "grain_state")]
    [InlineData(3, false, "audit_record")]
    public void A_chunk_that_stands_elsewhere_does_not_open(long number, bool isLast, string part)
    {
        using var key = KeyOf("grain_state");
        using var other = KeyOf(part);

        Assert.False(BackupCipher.TryOpen(
            other, number, isLast, Seal(key, 3, isLast: false), new byte[Plain.Length]));
    }

    [Fact]
    public void A_chunk_of_which_a_bit_was_changed_does_not_open()
    {
        using var key = KeyOf("grain_state");
        for (var place = 0; place < Plain.Length + BackupCipher.TagBytes; place++)
        {
            var changed = Seal(key, 0, isLast: true);
            changed[place] ^= 1;

            Assert.False(BackupCipher.TryOpen(key, 0, isLast: true, changed, new byte[Plain.Length]));
        }
    }

    [Fact]
    public void The_proof_of_a_manifest_is_of_its_text_and_of_its_backup()
    {
        var proof = BackupCipher.MacOf(BackupKey, Plain);

        Assert.Equal(proof, BackupCipher.MacOf(BackupKey, Plain));
        Assert.NotEqual(proof, BackupCipher.MacOf(BackupKey, "other rows"u8));
        Assert.NotEqual(proof, BackupCipher.MacOf(new byte[32], Plain));
    }

    [Theory]
    [InlineData("sluice-20261122T053011Z-4f0c9a1b", true)]
    [InlineData("sluice-20261122T053011Z-4f0c9a1B", false)]
    [InlineData("sluice-20261122T053011Z-4f0c9a1", false)]
    [InlineData("sluice-20261322T053011Z-4f0c9a1b", false)]
    [InlineData(".partial-sluice-20261122T053011Z-4f0c9a1b", false)]
    [InlineData("lost+found", false)]
    public void A_folder_is_a_backup_by_its_name(string folder, bool isOne) =>
        Assert.Equal(isOne ? folder : null, BackupName.Parse(folder)?.ToString());

    private static AesGcm KeyOf(string part) =>
        new(BackupCipher.KeyOf(BackupKey, part), BackupCipher.TagBytes);

    private static byte[] Seal(AesGcm key, long number, bool isLast)
    {
        var to = new byte[Plain.Length + BackupCipher.TagBytes];
        BackupCipher.Seal(key, number, isLast, Plain, to);
        return to;
    }
}
