from shop import ROOT
