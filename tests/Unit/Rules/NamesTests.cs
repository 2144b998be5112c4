using Sluice.Rules;
using Xunit;

namespace Sluice.Unit.Rules;

public sealed class NamesTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("0", true)]
    [InlineData("team-7", true)]
    [InlineData("a--b", true)]
    [InlineData("", false)]
    [InlineData("-a", false)]
    [InlineData("a-", false)]
    [InlineData("-", false)]
    [InlineData("A", false)]
    [InlineData("a_b", false)]
    [InlineData("a/b", false)] // A client's id is made from tenant/name: no name may contain the slash.
    [InlineData("a b", false)]
    [InlineData("é", false)]
    public void A_name_is_small_letters_digits_and_inner_hyphens(string name, bool expected) =>
        Assert.Equal(expected, Names.IsName(name));

    [Fact]
    public void A_name_has_at_most_63_characters()
    {
        Assert.True(Names.IsName(new string('a', 63)));
        Assert.False(Names.IsName(new string('a', 64)));
    }

    /// <summary>Guards every stored client: its id never changes. The ids were computed by another program.</summary>
    [Theory]
    [InlineData("acme", "web", "AuxKWft6kZLt")]
    [InlineData("acme", "batch-2", "xbcPcV7yOmRn")]
    public void A_clients_id_is_made_from_its_tenant_and_name(string tenant, string name, string expected)
    {
        Assert.Equal(expected, Names.ClientId(tenant, name));
        Assert.True(Names.IsClientId(expected));
    }

    [Theory]
    [InlineData("AuxKWft6kZL")]
    [InlineData("AuxKWft6kZLtt")]
    [InlineData("AuxKWft6kZL-")]
    [InlineData("")]
    public void Another_text_is_no_client_id(string id) => Assert.False(Names.IsClientId(id));
}
