using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Keys;
using Xunit;

namespace Sluice.Properties.Keys;

/// <summary>What holds for every key text and every key ring.</summary>
public sealed class KeyProperties
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<KeyText> Keys =
        from environment in Text("abcdefghijklmnopqrstuvwxyz0123456789", 1, 12)
        from clientId in Text(Base62.Alphabet, 12, 12)
        from version in Draw.Mostly(1, 62, KeyText.VersionMax)
        from secret in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(32)
        select new KeyText(environment, clientId, version, KeyText.SecretOf(secret));

    private enum Act
    {
        Issue,
        Revoke,
        Judge,
    }

    /// <param name="Act">What happens.</param>
    /// <param name="Version">The version revoked or presented; may not exist.</param>
    /// <param name="Secret">Which secret is issued or presented.</param>
    /// <param name="Minutes">Lifetime of what is issued, and the time that passes.</param>
    private readonly record struct Event(Act Act, int Version, byte Secret, int Minutes);

    private static readonly Gen<Event[]> Histories =
        (from act in Gen.Elements(Act.Issue, Act.Revoke, Act.Judge, Act.Judge, Act.Judge)
         from version in Gen.Choose(0, 7)
         from secret in Gen.Choose(1, 7)
         from minutes in Gen.Choose(1, 20)
         select new Event(act, version, (byte)secret, minutes)).ArrayOf();

    [Fact]
    public void A_key_reads_back_as_it_was_written() =>
        Law.Holds(Keys, key =>
        {
            Assert.Equal(KeyTextFault.None, KeyText.TryParse(key.Format(), out var read));
            Assert.Equal(key, read);
            Assert.Matches($"^{KeyText.Pattern}$", key.Format());
        });

    /// <summary>Guards against a mistyped key that is taken for another client's or for an attack.</summary>
    [Fact]
    public void A_key_with_one_character_changed_swapped_or_lost_is_refused() =>
        Law.Holds(Keys.Zip(Gen.Choose(0, 70)).Zip(Gen.Choose(1, 61)), drawn =>
        {
            var ((key, position), shift) = drawn;
            var text = key.Format();
            var at = position % text.Length;
            var digit = Base62.Alphabet.IndexOf(text[at], StringComparison.Ordinal);
            var other = digit < 0 ? 'x' : Base62.Alphabet[(digit + shift) % 62];

            var changed = text[..at] + other + text[(at + 1)..];
            var lost = text[..at] + text[(at + 1)..];

            Assert.NotEqual(KeyTextFault.None, KeyText.TryParse(changed, out var read));
            Assert.Equal(default, read);
            Assert.NotEqual(KeyTextFault.None, KeyText.TryParse(lost, out _));
            if (at + 1 < text.Length && text[at] != text[at + 1])
            {
                var swapped = text[..at] + text[at + 1] + text[at] + text[(at + 2)..];
                Assert.NotEqual(KeyTextFault.None, KeyText.TryParse(swapped, out _));
            }
        });

    [Fact]
    public void Any_text_is_read_without_an_exception() =>
        Law.Holds(Keys.Zip(ArbMap.Default.GeneratorFor<string>()).Zip(Gen.Choose(0, 90)), drawn =>
        {
            var ((key, junk), cut) = drawn;
            var text = key.Format();
            var mixed = text[..Math.Min(cut, text.Length)] + junk;

            var read = KeyText.TryParse(mixed, out var other) is KeyTextFault.None;

            Assert.Equal(read, other != default);
            Assert.True(!read || other.Format() == mixed);
        });

    /// <summary>Guards the one question that a key ring answers, whatever was issued and revoked before.</summary>
    [Fact]
    public void A_key_is_accepted_exactly_with_its_own_secret_unrevoked_and_before_its_end() =>
        Law.Holds(Histories, history =>
        {
            var ring = KeyRing.Empty;
            var issued = new Dictionary<int, (byte Secret, DateTimeOffset End)>();
            var revoked = new HashSet<int>();
            var now = Start;
            foreach (var happening in history)
            {
                switch (happening.Act)
                {
                    case Act.Issue:
                        (ring, var version) =
                            ring.Issue(MacOf(happening.Secret), TimeSpan.FromMinutes(happening.Minutes), "", now);
                        issued.TryAdd(version.Version, (happening.Secret, now.AddMinutes(happening.Minutes)));
                        break;
                    case Act.Revoke:
                        var after = ring.Revoke(happening.Version, "", now);
                        Assert.Equal(issued.ContainsKey(happening.Version), after is not null);
                        ring = after ?? ring;
                        revoked.Add(happening.Version);
                        revoked.IntersectWith(issued.Keys);
                        break;
                    case Act.Judge:
                        now = now.AddMinutes(happening.Minutes - 1);
                        break;
                }

                var right = issued.TryGetValue(happening.Version, out var key) && key.Secret == happening.Secret;
                var expected = !right ? KeyAnswer.Unknown
                    : revoked.Contains(happening.Version) ? KeyAnswer.Revoked
                    : now >= key.End ? KeyAnswer.Expired
                    : KeyAnswer.Accepted;
                Assert.Equal(expected, ring.Judge(happening.Version, MacOf(happening.Secret).AsSpan(), now));
                Assert.Equal(Enumerable.Range(1, issued.Count), ring.Versions.Select(version => version.Version));
                Assert.Distinct(ring.Versions.Select(version => version.Mac[0]));
            }
        });

    private static ImmutableArray<byte> MacOf(byte secret) => [.. Enumerable.Repeat(secret, 32)];

    private static Gen<string> Text(string alphabet, int lengthMin, int lengthMax) =>
        from length in Gen.Choose(lengthMin, lengthMax)
        from characters in Gen.Elements(alphabet.ToCharArray()).ArrayOf(length)
        select new string(characters);
}
